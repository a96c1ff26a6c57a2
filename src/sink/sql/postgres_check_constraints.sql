-- Constraints that wait for the end of the transaction refuse a row now, while that can be told.
SET CONSTRAINTS ALL IMMEDIATE
