"{name}" IS NOT excluded."{name}"
