//! A complete frame cache for strayframe in Rust, to start from: the same as get_put.c. It puts every still that arrives
//! whole under its tenant and camera, gets it from there while it is fresh, and asks the camera when it is not.
//!
//!     rustc --edition 2021 -O -o build/get_put_rust docs/examples/get_put.rs
//!     build/release/strayframe gate --candidate exec:build/get_put_rust

#[path = "../../share/clients/rust/strayframe.rs"]
mod strayframe;

use std::collections::BTreeMap;
use strayframe::{hex, Cache, Event, Host};

const FRESH_NS: i64 = 15 * 1000 * 1000 * 1000;

/// Tenant and camera.
type Key = (u64, u64);

/// In the cache, or on its way into it.
struct Still {
    key: Key,
    bytes: Vec<u8>,
    capture: i64, // the camera's count of stills
    stored_ns: i64,
}

fn key_of(event: &Event) -> Key {
    (event.id("tenant"), event.id("camera"))
}

impl Still {
    fn new(event: &Event, total_bytes: i64) -> Still {
        Still { key: key_of(event), bytes: vec![0; total_bytes as usize], capture: event.number("capture"), stored_ns: 0 }
    }

    fn fill(&mut self, event: &Event) {
        let offset = event.number("offset") as usize;
        self.bytes[offset..offset + event.data.len()].copy_from_slice(&event.data);
    }
}

#[derive(Default)]
struct GetPut {
    stored: BTreeMap<Key, Still>,
    uploads: BTreeMap<u64, Still>,
    fetches: BTreeMap<u64, Still>, // by request, which also names the fetch
}

impl GetPut {
    fn get(&self, host: &Host, key: Key) -> Option<&Still> {
        self.stored.get(&key).filter(|still| host.now - still.stored_ns <= FRESH_NS)
    }

    /// A still that arrives late must not replace a newer one.
    fn put(&mut self, host: &Host, mut still: Still) {
        if self.get(host, still.key).map_or(true, |there| there.capture <= still.capture) {
            still.stored_ns = host.now;
            self.stored.insert(still.key, still);
        }
    }

    fn request(&mut self, host: &mut Host, event: &Event) {
        let request = event.id("request");
        let wanted = Still::new(event, 0);
        if let Some(still) = self.get(host, wanted.key) {
            host.answer(request, "ok", &still.bytes);
            return;
        }
        host.fetch(&hex(request), event.id("camera"));
        self.fetches.insert(request, wanted);
    }

    fn fetch_part(&mut self, event: &Event) {
        if let Some(wanted) = self.fetches.get_mut(&event.id("fetch")) {
            wanted.bytes.resize(event.number("total_bytes") as usize, 0);
            wanted.capture = event.number("capture");
            wanted.fill(event);
        }
    }

    fn fetch_ended(&mut self, host: &mut Host, event: &Event) {
        let request = event.id("fetch");
        let Some(wanted) = self.fetches.remove(&request) else {
            return;
        };
        if event.text("end") != "complete" {
            host.answer(request, "unavailable", &[]);
            return;
        }
        let key = wanted.key;
        self.put(host, wanted);
        match self.get(host, key) {
            Some(still) => host.answer(request, "ok", &still.bytes),
            None => host.answer(request, "unavailable", &[]),
        }
    }
}

impl Cache for GetPut {
    const NAME: &'static str = "get-put";
    const SUMMARY: &'static str = "whole stills under tenant and camera, while they are fresh";
    const EVENTS: &'static [&'static str] = &[
        "upload",
        "upload_fragment",
        "upload_ended",
        "request",
        "request_cancelled",
        "fetch_part",
        "fetch_ended",
        "invalidate",
    ];

    fn create(_host: &mut Host, event: &Event) -> Result<Self, String> {
        match event.text("options") {
            "" => Ok(GetPut::default()),
            _ => Err("it has no options".to_string()),
        }
    }

    fn on_event(&mut self, host: &mut Host, event: &Event) {
        match event.name.as_str() {
            "upload" => {
                if event.text("kind") == "whole" {
                    self.uploads.insert(event.id("upload"), Still::new(event, event.number("total_bytes")));
                }
            }
            "upload_fragment" => {
                // Otherwise its upload has ended, and this packet was late.
                if let Some(still) = self.uploads.get_mut(&event.id("upload")) {
                    still.fill(event);
                }
            }
            "upload_ended" => {
                if let Some(still) = self.uploads.remove(&event.id("upload")) {
                    if event.text("end") == "complete" {
                        self.put(host, still);
                    }
                }
            }
            "request" => self.request(host, event),
            "request_cancelled" => {
                if self.fetches.remove(&event.id("request")).is_some() {
                    host.fetch_cancel(event.text("request"));
                }
            }
            "fetch_part" => self.fetch_part(event),
            "fetch_ended" => self.fetch_ended(host, event),
            // What is on its way goes on, and ends under the tenant that it was begun for:
            // a request that names another tenant, such as the camera's next owner, does not find it.
            "invalidate" => {
                let (tenant, camera) = (event.id("tenant"), event.id("camera"));
                self.stored.retain(|key, _| key.0 != tenant || (camera != 0 && key.1 != camera));
            }
            _ => {}
        }
    }
}

fn main() {
    strayframe::run::<GetPut>()
}
