# Clean: passes every request. The control that must show no strays.
vcl 4.1;

backend origin {
    .host = "{ORIGIN_HOST}";
    .port = "{ORIGIN_PORT}";
    .first_byte_timeout = 1s;
    .between_bytes_timeout = 1s;
}

sub vcl_recv {
    return (pass);
}
