DROP INDEX prescriptions_copied;
