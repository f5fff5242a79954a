GRANT USAGE ON SCHEMA public TO {engine}, {portal};
GRANT SELECT ON schema_step TO {engine}, {portal};
GRANT SELECT, INSERT, UPDATE, DELETE ON
    issuer, log_head, issuer_setting, funding_account, programme, voucher_group, group_version,
    acceptor, acceptor_group, client, data_key, provision, voucher, voucher_secret,
    voucher_comment, account, stock_count, due, purge_cursor, payment, miss, bulk,
    bulk_refusal, import_file, daily_use
TO {engine};
GRANT SELECT, INSERT ON operation, posting, leaf TO {engine};
GRANT SELECT ON
    issuer, log_head, issuer_setting, funding_account, programme, voucher_group, group_version,
    acceptor, acceptor_group, client, provision, voucher, account, stock_count, due,
    purge_cursor, payment, bulk, bulk_refusal, import_file, daily_use, operation, posting, leaf
TO {portal}
