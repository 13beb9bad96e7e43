-- What the law's tables hold has a name of its own, another after every change: whoever has read them under that name need
-- not read them again. A trigger gives it, so that no way of changing them can forget to.
CREATE TABLE law_stamp (
    id                  BIGINT PRIMARY KEY CHECK (id = 1),
    stamp               TEXT NOT NULL
);
INSERT INTO law_stamp (id, stamp) VALUES (1, gen_random_uuid()::TEXT);
CREATE FUNCTION law_changed() RETURNS TRIGGER AS $$
BEGIN
    UPDATE law_stamp SET stamp = gen_random_uuid()::TEXT;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER aifa_notes_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aifa_notes
    FOR EACH STATEMENT EXECUTE FUNCTION law_changed();
CREATE TRIGGER narcotics_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON narcotics
    FOR EACH STATEMENT EXECUTE FUNCTION law_changed();
CREATE TRIGGER substitution_motives_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON substitution_motives
    FOR EACH STATEMENT EXECUTE FUNCTION law_changed();
CREATE TRIGGER prescribing_limits_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON prescribing_limits
    FOR EACH STATEMENT EXECUTE FUNCTION law_changed();
