/* A correct cache in C++, to be mutated by tools/mutants: an LRU bounded by bytes, one fetch at a time
 * for each key with all its waiters behind it, and a stale still of the same key, flagged, when a
 * fetch fails. */
#include <cstdio>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "strayframe_cache.h"

namespace
{

constexpr int64_t FRESH_NS = INT64_C(6000000000);
constexpr int64_t PATIENCE_NS = INT64_C(2000000000);

struct Key {
    uint64_t tenant;
    uint64_t camera;
    bool operator<(const Key &other) const
    {
        return tenant != other.tenant ? tenant < other.tenant : camera < other.camera;
    }
};

/* Ranges of bytes that have come. */
class Reception
{
  public:
    void begin(uint32_t total)
    {
        if (bytes_.size() != total) {
            bytes_.assign(total, 0);
            arrived_.clear();
        }
    }
    void put(uint32_t offset, const uint8_t *bytes, uint32_t count)
    {
        if (offset + count <= bytes_.size()) {
            std::memcpy(bytes_.data() + offset, bytes, count);
            arrived_.insert({offset, offset + count});
        }
    }
    bool is_whole() const
    {
        uint32_t reached = 0;
        for (const auto &range : arrived_) {
            if (range.first > reached) {
                return false;
            }
            reached = range.second > reached ? range.second : reached;
        }
        return !bytes_.empty() && reached == bytes_.size();
    }
    std::vector<uint8_t> take()
    {
        return std::move(bytes_);
    }

  private:
    std::vector<uint8_t> bytes_;
    std::set<std::pair<uint32_t, uint32_t>> arrived_;
};

struct Still {
    Key key;
    std::vector<uint8_t> bytes;
    uint32_t capture;
    int64_t stored_ns;
};

struct Upload {
    Key key;
    uint32_t capture;
    Reception reception;
};

struct Fetch {
    Key key;
    uint64_t fetch;
    uint64_t timer;
    uint32_t capture;
    bool seen;
    Reception reception;
    std::vector<uint64_t> waiters;
};

class Lru
{
  public:
    Lru(const sf_cache_host *host, uint64_t capacity) : host_(host), capacity_(capacity)
    {
    }

    void on_upload(const sf_cache_upload *upload)
    {
        if (upload->kind != SF_CACHE_STILL_WHOLE) {
            return;
        }
        Upload &under_way = uploads_[upload->upload];
        under_way.key = {upload->tenant, upload->camera};
        under_way.capture = upload->capture;
        under_way.reception.begin(upload->total_bytes);
    }

    void on_upload_fragment(const sf_cache_fragment *fragment)
    {
        auto found = uploads_.find(fragment->upload);
        if (found != uploads_.end()) {
            found->second.reception.put(fragment->offset, fragment->bytes, fragment->bytes_count);
        }
    }

    void on_upload_ended(const sf_cache_upload_end *end)
    {
        auto found = uploads_.find(end->upload);
        if (found == uploads_.end()) {
            return;
        }
        if (end->end == SF_CACHE_END_COMPLETE && found->second.reception.is_whole()) {
            store(found->second.key, found->second.capture, found->second.reception.take());
        }
        uploads_.erase(found);
    }

    void on_request(const sf_cache_request *request)
    {
        Key key = {request->tenant, request->camera};
        const Still *still = find(key);
        if (still != nullptr && now() - still->stored_ns <= FRESH_NS) {
            answer(request->request, still, false);
            return;
        }
        auto under_way = fetch_of_.find(key);
        if (under_way != fetch_of_.end()) {
            fetches_[under_way->second].waiters.push_back(request->request);
            return;
        }
        uint64_t cookie = ++cookies_;
        Fetch &fetch = fetches_[cookie];
        fetch.key = key;
        fetch.seen = false;
        fetch.waiters.push_back(request->request);
        if (host_->fetch(host_->context, request->camera, cookie, &fetch.fetch) != SF_CACHE_DONE) {
            fail(cookie);
            return;
        }
        fetch_of_[key] = cookie;
        host_->timer_set(host_->context, PATIENCE_NS, cookie, &fetch.timer);
    }

    void on_request_cancelled(uint64_t request)
    {
        for (auto &entry : fetches_) {
            auto &waiters = entry.second.waiters;
            for (size_t i = 0; i < waiters.size(); i++) {
                if (waiters[i] == request) {
                    waiters.erase(waiters.begin() + static_cast<std::ptrdiff_t>(i));
                    return;
                }
            }
        }
    }

    void on_fetch_part(const sf_cache_fetch_part *part)
    {
        auto found = fetches_.find(part->cookie);
        if (found != fetches_.end()) {
            found->second.capture = part->capture;
            found->second.seen = true;
            found->second.reception.begin(part->total_bytes);
            found->second.reception.put(part->offset, part->bytes, part->bytes_count);
        }
    }

    void on_fetch_ended(const sf_cache_fetch_end *end)
    {
        auto found = fetches_.find(end->cookie);
        if (found == fetches_.end()) {
            return;
        }
        Fetch &fetch = found->second;
        host_->timer_cancel(host_->context, fetch.timer);
        if (end->end != SF_CACHE_END_COMPLETE || !fetch.seen || !fetch.reception.is_whole()) {
            fail(end->cookie);
            return;
        }
        store(fetch.key, fetch.capture, fetch.reception.take());
        finish(end->cookie, false);
    }

    void on_timer(uint64_t cookie)
    {
        auto found = fetches_.find(cookie);
        if (found != fetches_.end()) {
            host_->fetch_cancel(host_->context, found->second.fetch);
            fail(cookie);
        }
    }

    void on_invalidate(const sf_cache_invalidation *invalidation)
    {
        for (auto still = stills_.begin(); still != stills_.end();) {
            bool concerned = still->key.tenant == invalidation->tenant &&
                             (invalidation->scope != SF_CACHE_SCOPE_CAMERA ||
                              still->key.camera == invalidation->camera);
            auto next = std::next(still);
            if (concerned) {
                drop(still);
            }
            still = next;
        }
    }

  private:
    using Stills = std::list<Still>;

    int64_t now() const
    {
        return host_->now_ns(host_->context);
    }

    const Still *find(Key key)
    {
        auto found = index_.find(key);
        if (found == index_.end()) {
            return nullptr;
        }
        stills_.splice(stills_.begin(), stills_, found->second);
        return &*found->second;
    }

    void drop(Stills::iterator still)
    {
        kept_bytes_ -= still->bytes.size();
        index_.erase(still->key);
        stills_.erase(still);
    }

    /* How new a still was is remembered when the still is not: no viewer is answered with an older
     * one afterwards. A camera that restarts counts from 0 again. */
    bool is_overtaken(Key key, uint32_t capture) const
    {
        auto newest = newest_.find(key);
        return newest != newest_.end() && capture < newest->second.first &&
               now() - newest->second.second <= 4 * FRESH_NS;
    }

    void store(Key key, uint32_t capture, std::vector<uint8_t> bytes)
    {
        if (is_overtaken(key, capture)) {
            return;
        }
        auto found = index_.find(key);
        if (found != index_.end()) {
            drop(found->second);
        }
        newest_[key] = {capture, now()};
        kept_bytes_ += bytes.size();
        stills_.push_front(Still{key, std::move(bytes), capture, now()});
        index_[key] = stills_.begin();
        while (kept_bytes_ > capacity_ && stills_.size() > 1) {
            drop(std::prev(stills_.end()));
        }
    }

    void answer(uint64_t request, const Still *still, bool stale)
    {
        if (still == nullptr) {
            host_->answer(host_->context, request, SF_CACHE_STATUS_UNAVAILABLE, nullptr, 0);
            return;
        }
        if (stale) {
            sf_cache_answer_properties properties = {};
            properties.struct_bytes = sizeof properties;
            properties.flags = SF_CACHE_ANSWER_STALE;
            host_->answer_properties(host_->context, request, &properties);
        }
        host_->answer(host_->context, request, SF_CACHE_STATUS_OK, still->bytes.data(),
                      static_cast<uint32_t>(still->bytes.size()));
    }

    void finish(uint64_t cookie, bool stale)
    {
        Fetch fetch = std::move(fetches_[cookie]);
        fetches_.erase(cookie);
        fetch_of_.erase(fetch.key);
        for (uint64_t request : fetch.waiters) {
            answer(request, find(fetch.key), stale);
        }
    }

    void fail(uint64_t cookie)
    {
        finish(cookie, true);
    }

    const sf_cache_host *host_;
    uint64_t capacity_;
    uint64_t kept_bytes_ = 0;
    uint64_t cookies_ = 0;
    Stills stills_;
    std::map<Key, Stills::iterator> index_;
    std::map<Key, std::pair<uint32_t, int64_t>> newest_;
    std::map<uint64_t, Upload> uploads_;
    std::map<uint64_t, Fetch> fetches_;
    std::map<Key, uint64_t> fetch_of_;
};

Lru *lru(void *cache)
{
    return static_cast<Lru *>(cache);
}

void *create(const sf_cache_host *host, const sf_cache_config *config, char *error,
             uint32_t error_bytes)
{
    if (config->options[0] != '\0') {
        std::snprintf(error, error_bytes, "it has no options");
        return nullptr;
    }
    return new Lru(host, config->capacity_bytes);
}

sf_cache_plugin make()
{
    sf_cache_plugin plugin = {};
    plugin.struct_bytes = sizeof plugin;
    plugin.abi = SF_CACHE_ABI;
    plugin.name = "lru";
    plugin.version = "1";
    plugin.create = create;
    plugin.destroy = [](void *cache) { delete lru(cache); };
    plugin.on_upload = [](void *cache, const sf_cache_upload *upload) { lru(cache)->on_upload(upload); };
    plugin.on_upload_fragment = [](void *cache, const sf_cache_fragment *fragment) {
        lru(cache)->on_upload_fragment(fragment);
    };
    plugin.on_upload_ended = [](void *cache, const sf_cache_upload_end *end) {
        lru(cache)->on_upload_ended(end);
    };
    plugin.on_request = [](void *cache, const sf_cache_request *request) {
        lru(cache)->on_request(request);
    };
    plugin.on_request_cancelled = [](void *cache, uint64_t request) {
        lru(cache)->on_request_cancelled(request);
    };
    plugin.on_fetch_part = [](void *cache, const sf_cache_fetch_part *part) {
        lru(cache)->on_fetch_part(part);
    };
    plugin.on_fetch_ended = [](void *cache, const sf_cache_fetch_end *end) {
        lru(cache)->on_fetch_ended(end);
    };
    plugin.on_timer = [](void *cache, uint64_t, uint64_t cookie) { lru(cache)->on_timer(cookie); };
    plugin.on_invalidate = [](void *cache, const sf_cache_invalidation *invalidation) {
        lru(cache)->on_invalidate(invalidation);
    };
    return plugin;
}

} // namespace

extern "C" const sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    static const sf_cache_plugin plugin = make();
    return host_abi == SF_CACHE_ABI ? &plugin : nullptr;
}
