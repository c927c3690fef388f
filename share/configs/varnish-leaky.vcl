# Leaky: caches every answer for a minute, for all who ask. The control that must be caught.
vcl 4.1;

backend origin {
    .host = "{ORIGIN_HOST}";
    .port = "{ORIGIN_PORT}";
    .first_byte_timeout = 1s;
    .between_bytes_timeout = 1s;
}

sub vcl_recv {
    return (hash);
}

sub vcl_backend_response {
    set beresp.ttl = 60s;
    return (deliver);
}
