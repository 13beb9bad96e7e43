-- What the law says of narcotics, of brands that may not be replaced and of how much fits in one prescription is data with
-- days. The motives the table held said nothing; the starter lists are loaded when the migration is done.
DROP TABLE substitution_motives;
CREATE TABLE substitution_motives (
    id                  INTEGER PRIMARY KEY,
    -- codMotivazione.
    code                TEXT NOT NULL,
    description         TEXT NOT NULL,
    -- First and last day in force; none = always was, still is.
    valid_from          DATE,
    valid_to            DATE,
    source              TEXT NOT NULL
);
-- Which drugs are narcotics (DPR 309/1990, tabella dei medicinali), and in which section.
CREATE TABLE narcotics (
    id                  INTEGER PRIMARY KEY,
    -- Beginnings of the ATC codes it is about, space separated; substances stand in for them where a package has none.
    atc                 TEXT NOT NULL,
    routes              TEXT NOT NULL,
    substances          TEXT NOT NULL,
    -- 'A' to 'E'; '' = nobody has said.
    section             TEXT NOT NULL,
    -- Of the pain therapy (allegato III-bis).
    pain                BOOLEAN NOT NULL,
    valid_from          DATE,
    valid_to            DATE,
    -- Whether somebody has read the table in force.
    verified            BOOLEAN NOT NULL,
    description         TEXT NOT NULL,
    source              TEXT NOT NULL
);
-- Regions a limit holds in, space separated: '' = all, '?' = to be verified, so none.
ALTER TABLE prescribing_limits ADD COLUMN regions TEXT NOT NULL DEFAULT '';
DELETE FROM prescribing_limits;
-- Opioids are found by the table above, on the day.
UPDATE packages SET limit_category = '' WHERE limit_category = 'pain';
UPDATE draft_items SET limit_category = '' WHERE limit_category = 'pain';
-- What the motive said when it was chosen; what is sent in motivazNote, where that is not the posology alone.
ALTER TABLE prescription_items ADD COLUMN motive_text TEXT NOT NULL DEFAULT '';
ALTER TABLE prescription_items ADD COLUMN reason_note TEXT NOT NULL DEFAULT '';
