-- What the law's tables hold has a name of its own, another after every change: whoever has read them under that name need
-- not read them again. A trigger gives it, so that no way of changing them can forget to.
CREATE TABLE law_stamp (
    id                  INTEGER PRIMARY KEY CHECK (id = 1),
    stamp               TEXT NOT NULL
);
INSERT INTO law_stamp (id, stamp) VALUES (1, lower(hex(randomblob(16))));
CREATE TRIGGER aifa_notes_grew AFTER INSERT ON aifa_notes BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER aifa_notes_changed AFTER UPDATE ON aifa_notes BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER aifa_notes_shrank AFTER DELETE ON aifa_notes BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER narcotics_grew AFTER INSERT ON narcotics BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER narcotics_changed AFTER UPDATE ON narcotics BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER narcotics_shrank AFTER DELETE ON narcotics BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER substitution_motives_grew AFTER INSERT ON substitution_motives BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER substitution_motives_changed AFTER UPDATE ON substitution_motives BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER substitution_motives_shrank AFTER DELETE ON substitution_motives BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER prescribing_limits_grew AFTER INSERT ON prescribing_limits BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER prescribing_limits_changed AFTER UPDATE ON prescribing_limits BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
CREATE TRIGGER prescribing_limits_shrank AFTER DELETE ON prescribing_limits BEGIN UPDATE law_stamp SET stamp = lower(hex(randomblob(16))); END;
