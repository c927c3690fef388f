# Safe: everything that can say who asks is part of the hash, so that an object is delivered to the
# tenant for whom it was fetched and to no other, fresh or in grace.
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

# The built-in vcl_hash follows: URL and host.
sub vcl_hash {
    hash_data(req.http.X-Tenant);
    hash_data(req.http.Authorization);
    hash_data(req.http.Cookie);
}

sub vcl_backend_response {
    if (beresp.http.Set-Cookie) {
        set beresp.uncacheable = true; # it is for one viewer
        return (deliver);
    }
    if (beresp.status == 200 && beresp.http.Cache-Control !~ "(?i)private|no-store") {
        set beresp.ttl = 0.5s;
        set beresp.grace = 24h;
    }
}
