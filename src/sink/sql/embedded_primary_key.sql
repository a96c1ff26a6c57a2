PRIMARY KEY ({key})
