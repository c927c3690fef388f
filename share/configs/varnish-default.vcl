# Varnish's built-in VCL and nothing else. It does not cache requests with Cookie or Authorization,
# so tenants who are known by these are safe. Those known by a header of their own are not.
vcl 4.1;

backend origin {
    .host = "{ORIGIN_HOST}";
    .port = "{ORIGIN_PORT}";
    .first_byte_timeout = 1s; # the default is 60 s; a test need not wait that long
    .between_bytes_timeout = 1s;
}
