-- How the surgery calls itself, for the mails to its patients; its telephone number is there already.
ALTER TABLE doctors ADD COLUMN surgery_name TEXT NOT NULL DEFAULT '';
