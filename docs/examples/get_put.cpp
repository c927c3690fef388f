// A complete frame cache for strayframe in C++, to start from: the same as get_put.c. It puts every
// still that arrives whole under its tenant and camera, gets it from there while it is fresh, and
// asks the camera when it is not.
//
//     c++ -std=c++17 -shared -fPIC -O2 -I harness/cache -I share/clients/cpp -o
//     build/get_put_cpp.so docs/examples/get_put.cpp build/release/strayframe gate --candidate
//     build/get_put_cpp.so
#include "strayframe.hpp"

#include <map>
#include <string>

namespace
{

constexpr int64_t fresh_ns = INT64_C(15) * 1000 * 1000 * 1000;

using Key = std::pair<uint64_t, uint64_t>; // tenant and camera

// Of an upload or a request.
template <class Event> Key key_of(const Event &event)
{
    return {event.tenant, event.camera};
}

// In the cache, or on its way into it.
struct Still {
    Key key;
    std::string bytes;
    uint32_t capture = 0; // the camera's count of stills
    int64_t stored_ns = 0;
    strayframe::Fetch fetch; // cancelled with the still

    void fill(uint32_t offset, const uint8_t *from, uint32_t count)
    {
        bytes.replace(offset, count, reinterpret_cast<const char *>(from), count);
    }
};

class GetPut
{
  public:
    GetPut(strayframe::Host &host, const sf_cache_config &config) : host_(host)
    {
        if (config.options[0] != '\0') {
            throw strayframe::Refused("it has no options");
        }
    }

    void on_upload(const sf_cache_upload &upload)
    {
        if (upload.kind == SF_CACHE_STILL_WHOLE) {
            Still still{
                key_of(upload), std::string(upload.total_bytes, '\0'), upload.capture, 0, {}};
            uploads_.insert_or_assign(upload.upload, std::move(still));
        }
    }

    void on_upload_fragment(const sf_cache_fragment &fragment)
    {
        auto upload = uploads_.find(fragment.upload);
        if (upload != uploads_.end()) { // otherwise its upload has ended, and this packet was late
            upload->second.fill(fragment.offset, fragment.bytes, fragment.bytes_count);
        }
    }

    void on_upload_ended(const sf_cache_upload_end &end)
    {
        auto upload = uploads_.extract(end.upload);
        if (upload && end.end == SF_CACHE_END_COMPLETE) {
            put(std::move(upload.mapped()));
        }
    }

    void on_request(const sf_cache_request &request)
    {
        const Key key = key_of(request);
        if (const Still *still = get(key)) {
            host_.answer(request.request, still->bytes);
            return;
        }
        Still wanted{key, {}, 0, 0, strayframe::Fetch(host_, request.camera, request.request)};
        if (wanted.fetch) {
            fetches_.insert_or_assign(request.request, std::move(wanted));
        } else {
            host_.unavailable(request.request);
        }
    }

    void on_request_cancelled(uint64_t request)
    {
        fetches_.erase(request);
    }

    void on_fetch_part(const sf_cache_fetch_part &part)
    {
        auto wanted = fetches_.find(part.cookie);
        if (wanted != fetches_.end()) {
            wanted->second.bytes.resize(part.total_bytes);
            wanted->second.capture = part.capture;
            wanted->second.fill(part.offset, part.bytes, part.bytes_count);
        }
    }

    void on_fetch_ended(const sf_cache_fetch_end &end)
    {
        auto wanted = fetches_.extract(end.cookie);
        if (!wanted) {
            return;
        }
        wanted.mapped().fetch.release();
        const Key key = wanted.mapped().key;
        const Still *still = nullptr;
        if (end.end == SF_CACHE_END_COMPLETE) {
            put(std::move(wanted.mapped()));
            still = get(key);
        }
        if (still != nullptr) {
            host_.answer(end.cookie, still->bytes);
        } else {
            host_.unavailable(end.cookie);
        }
    }

    // What is on its way goes on, and ends under the tenant that it was begun for:
    // a request that names another tenant, such as the camera's next owner, does not find it.
    void on_invalidate(const sf_cache_invalidation &invalidation)
    {
        for (auto still = stored_.begin(); still != stored_.end();) {
            const bool meant =
                still->first.first == invalidation.tenant &&
                (invalidation.camera == 0 || still->first.second == invalidation.camera);
            still = meant ? stored_.erase(still) : std::next(still);
        }
    }

  private:
    const Still *get(const Key &key) const
    {
        auto still = stored_.find(key);
        return still != stored_.end() && host_.now_ns() - still->second.stored_ns <= fresh_ns
                   ? &still->second
                   : nullptr;
    }

    // A still that arrives late must not replace a newer one.
    void put(Still &&still)
    {
        const Still *there = get(still.key);
        if (there == nullptr || there->capture <= still.capture) {
            still.stored_ns = host_.now_ns();
            const Key key = still.key;
            stored_.insert_or_assign(key, std::move(still));
        }
    }

    strayframe::Host &host_;
    std::map<Key, Still> stored_;
    std::map<uint64_t, Still> uploads_;
    std::map<uint64_t, Still> fetches_; // by request, which is also the fetch's cookie
};

} // namespace

STRAYFRAME_CACHE(GetPut, "get-put", "1",
                 "whole stills under tenant and camera, while they are fresh", nullptr)
