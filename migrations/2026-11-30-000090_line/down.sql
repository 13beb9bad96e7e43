DROP INDEX prescriptions_line;
DROP INDEX nre_lots_open;
