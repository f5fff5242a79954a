-- Provisions whose end the command line has told to whoever began them: the same command again
-- is then a new provision, and before that it is the old one.
CREATE TABLE provision_told (
    issuer_id int NOT NULL,
    provision_id int NOT NULL,
    PRIMARY KEY (issuer_id, provision_id)
);
