-- What a code list was before its last imports, whole: `import rollback KIND` takes the latest back.
CREATE TABLE reference_editions (
    id                  INTEGER PRIMARY KEY,
    kind                TEXT NOT NULL,
    source              TEXT NOT NULL,
    row_count           INTEGER NOT NULL,
    imported_at         TIMESTAMP NOT NULL,
    -- The rows as JSON, in the shape of the program that put them away.
    body                TEXT NOT NULL
);
CREATE INDEX reference_editions_kind ON reference_editions (kind, id);
