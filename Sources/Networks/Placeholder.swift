// Networks: placeholder until its first file lands.
