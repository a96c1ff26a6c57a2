"{name}"
