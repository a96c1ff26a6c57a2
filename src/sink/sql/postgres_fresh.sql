fresh."{name}"
