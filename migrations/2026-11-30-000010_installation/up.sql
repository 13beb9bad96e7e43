-- What the program keeps about this database as a whole, by name: the fingerprint of the secret key it was made with, whether its
-- data are invented, when it was last written to by the check of readiness.
CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
