module get_put

go 1.19

require strayframe v0.0.0

replace strayframe => ../../../share/clients/go
