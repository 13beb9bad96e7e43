-- The e-mail address a token proves, or was sent to: a link about another address opens nothing.
ALTER TABLE one_time_tokens ADD COLUMN address TEXT NOT NULL DEFAULT '';
