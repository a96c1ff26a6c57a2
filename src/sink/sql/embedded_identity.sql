-- "exwh", for file(1); set in a database without content only.
PRAGMA application_id = 0x65787768
