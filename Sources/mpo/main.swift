print("mpo")
