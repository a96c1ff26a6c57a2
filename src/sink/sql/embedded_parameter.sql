?{number}
