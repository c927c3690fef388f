# A pool of connections to Redis. Safe: a connection whose request was given up is closed.
# STILL_POOL: the program, built from docs/examples/still_pool.c.
redis-server --port 0 --unixsocket {DIR}/store.sock --save "" --dir {DIR} &
echo $! > {DIR}/store.pid
for i in 1 2 3 4 5 6 7 8 9 10; do [ -S {DIR}/store.sock ] || sleep 0.1; done
exec "$STILL_POOL" redis {DIR}/store.sock {LISTEN_PORT} {ORIGIN} 
