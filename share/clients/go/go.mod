module strayframe

go 1.19
