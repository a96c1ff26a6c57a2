"{name}" {type}
