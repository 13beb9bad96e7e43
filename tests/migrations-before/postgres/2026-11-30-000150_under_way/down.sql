DROP INDEX prescriptions_under_way;
