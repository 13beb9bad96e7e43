-- AIFA notes with the days they hold and the drugs they are about. What the table held had neither days nor drugs, so it is
-- left behind: the starter list, dated, is loaded when the migration is done; an import replaces it.
DROP TABLE aifa_notes;
CREATE TABLE aifa_notes (
    id                  INTEGER PRIMARY KEY,
    -- '66', 'N01', '100'.
    code                TEXT NOT NULL,
    -- First and last day in force; no first day = for as long as anybody remembers, no last day = still.
    valid_from          DATE,
    valid_to            DATE,
    -- Beginnings of the ATC codes it is about, space separated.
    atc                 TEXT NOT NULL,
    -- Routes of administration it is about, folded and space separated; '' = all.
    routes              TEXT NOT NULL,
    -- Substances it is about, folded and comma separated: for packages whose ATC no list says.
    substances          TEXT NOT NULL,
    -- What is asked, of 'plan', 'form', 'specialist', space separated; and in words.
    asks                TEXT NOT NULL,
    demands             TEXT NOT NULL,
    description         TEXT NOT NULL,
    -- What is written in notaProd; '' = the code.
    sent_as             TEXT NOT NULL,
    -- The note that took its place; '' = none.
    replaced_by         TEXT NOT NULL,
    -- Whether somebody has read the act.
    verified            BOOLEAN NOT NULL,
    source              TEXT NOT NULL
);
DELETE FROM reference_imports WHERE kind = 'notes';
-- Which notes exist for a package depends on the day: it is asked of the table above.
ALTER TABLE packages DROP COLUMN note_code;
-- What goes to SAC for the note, where it is not its code.
ALTER TABLE prescription_items ADD COLUMN note_sent TEXT NOT NULL DEFAULT '';
