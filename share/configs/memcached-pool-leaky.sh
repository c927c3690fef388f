# A pool of connections to memcached. Meant to be leaky, but libmemcached closes a connection that timed out.
# STILL_POOL: the program, built from docs/examples/still_pool.c.
memcached -u nobody -s {DIR}/store.sock -a 777 &
echo $! > {DIR}/store.pid
for i in 1 2 3 4 5 6 7 8 9 10; do [ -S {DIR}/store.sock ] || sleep 0.1; done
exec "$STILL_POOL" memcached {DIR}/store.sock {LISTEN_PORT} {ORIGIN} reuse
