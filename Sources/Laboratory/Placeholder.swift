// Laboratory: placeholder until its first file lands.
