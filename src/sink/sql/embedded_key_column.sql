"{name}" {type} NOT NULL
