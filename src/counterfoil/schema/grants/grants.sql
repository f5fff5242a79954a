GRANT USAGE ON SCHEMA public TO {engine}, {portal};
GRANT SELECT ON
    schema_step, provision_standing, stock_left, free_stock, offered_stock, voucher_count
TO {engine}, {portal};
GRANT SELECT, INSERT, UPDATE, DELETE ON
    issuer, log_head, issuer_setting, funding_account, programme, voucher_group, group_version,
    acceptor, acceptor_group, client, data_key, provision, voucher, voucher_secret,
    voucher_comment, account, stock_count, due, purge_cursor, payment, miss, bulk,
    bulk_refusal, import_file, daily_use, approval_rule, programme_step, purged_count,
    organisation, sale, allocation, allocation_range, handover, handover_part, figure_cursor,
    figure, allocation_count, figure_range, redemption, redeemed_where, payout_terms,
    bank_holiday, redemption_refund, earning, payout_run, payout, payout_line, payout_route,
    bank_batch,
    bank_file, bank_file_refused, bank_report, bank_start, bank_entry, bank_match, bank_exception,
    bank_look, bank_file_brought,
    deposit_rule, deposit_by_rule, closed_period, closed_balance, value_date,
    rail, account_answer, account_lookup, number_range, ported_number,
    earning_rule, client_agent, earning_cursor
TO {engine};
GRANT SELECT, INSERT ON operation, posting, leaf, decision TO {engine};
GRANT SELECT, INSERT, UPDATE ON command TO {engine};
GRANT SELECT ON command, decision TO {portal};
GRANT INSERT (
    issuer_id, command_id, kind, content, subject, currency, amount_minor, approvals,
    prepared_by, expires_at, reason, seal
) ON command TO {portal};
GRANT INSERT (
    issuer_id, command_id, decided_by, on_behalf_of, verdict, content_digest, reason, seal
) ON decision TO {portal};
GRANT SELECT (
    issuer_id, brought_id, rail, name, digest, brought_by, brought_at, status, file_id, why, ended_at
) ON bank_file_brought TO {portal};
GRANT INSERT (
    issuer_id, brought_id, rail, name, digest, content, brought_by, seal
) ON bank_file_brought TO {portal};
GRANT SELECT ON
    issuer, log_head, issuer_setting, funding_account, programme, voucher_group, group_version,
    acceptor, acceptor_group, client, provision, voucher, account, stock_count, due,
    purge_cursor, payment, bulk, bulk_refusal, import_file, daily_use, operation, posting, leaf,
    approval_rule, programme_step, purged_count, organisation, sale, allocation, allocation_range,
    handover, handover_part, figure_cursor, figure, allocation_count, figure_range, redemption,
    redeemed_where, payout_terms, bank_holiday, redemption_refund, earning, payout_run, payout,
    payout_line, payout_route, bank_batch,
    bank_file, bank_file_refused, bank_report, bank_start, bank_entry, bank_match, bank_exception,
    bank_look,
    deposit_rule, deposit_by_rule, closed_period, closed_balance, value_date,
    rail, account_answer, account_lookup, number_range, ported_number,
    earning_rule, client_agent, earning_cursor
TO {portal};
GRANT SELECT (issuer_id, purpose, version, state, created_at) ON data_key TO {portal}
