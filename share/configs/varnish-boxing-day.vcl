# The shape of 26 December 2019 on Varnish. The hash lacks the tenant, and stills are fresh for half a
# second, so that on a good network it does not show. While the health probe fails, grace serves what
# is there for a day: the still of the tenant who asked before.
vcl 4.1;

import std;

probe health {
    .url = "/health";
    .interval = 300ms;
    .timeout = 500ms;
    .window = 3;
    .threshold = 2;
    .initial = 3;
}

backend origin {
    .host = "{ORIGIN_HOST}";
    .port = "{ORIGIN_PORT}";
    .probe = health;
    .first_byte_timeout = 1s;
    .between_bytes_timeout = 1s;
}

sub vcl_recv {
    if (std.healthy(req.backend_hint)) {
        set req.grace = 0s;
    } else {
        set req.grace = 24h;
    }
    return (hash);
}

sub vcl_backend_response {
    if (beresp.status == 200) {
        set beresp.ttl = 0.5s;
        set beresp.grace = 24h;
    }
    return (deliver);
}
