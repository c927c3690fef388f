// tests/plugins/thorough.c in C++: the same calls in the same order.
#include "strayframe.hpp"

#include <cinttypes>
#include <cstring>
#include <map>

namespace
{

constexpr int64_t second_ns = INT64_C(1000000000);
constexpr int64_t sweep_ns = 5 * second_ns;
constexpr int64_t stale_ns = 10 * second_ns;

using Key = std::pair<uint64_t, uint64_t>; // tenant and camera

std::string text_of(const Key &key)
{
    char text[64];
    std::snprintf(text, sizeof text, "%016" PRIx64 " %016" PRIx64, key.first, key.second);
    return text;
}

struct Still {
    Key key;
    std::string bytes;
    uint32_t capture = 0;
    int64_t stored_ns = 0;
    uint64_t session = 0;
    strayframe::Fetch fetch;

    void fill(uint32_t offset, const uint8_t *from, uint32_t count)
    {
        bytes.replace(offset, count, reinterpret_cast<const char *>(from), count);
    }
};

template <class T> void add(std::string &state, T value)
{
    state.append(reinterpret_cast<const char *>(&value), sizeof value);
}

template <class T> T take(std::string_view &state)
{
    T value;
    std::memcpy(&value, state.data(), sizeof value);
    state.remove_prefix(sizeof value);
    return value;
}

class Thorough
{
  public:
    Thorough(strayframe::Host &host, const sf_cache_config &config) : host_(host)
    {
        on_reconfigure(config.options);
        store_ = strayframe::Connection(host_);
        sweep_ = strayframe::Timer(host_, sweep_ns, 0);
    }

    void on_reconfigure(std::string_view options)
    {
        constexpr std::string_view prefix = "fresh_ms=";
        if (options.empty()) {
            return;
        }
        if (options.substr(0, prefix.size()) != prefix) {
            throw strayframe::Refused("it knows fresh_ms");
        }
        fresh_ns_ = std::stoll(std::string(options.substr(prefix.size()))) * 1000000;
    }

    void on_upload(const sf_cache_upload &upload)
    {
        if (upload.kind == SF_CACHE_STILL_WHOLE) {
            Still &still = uploads_[upload.upload];
            still.key = {upload.tenant, upload.camera};
            still.capture = upload.capture;
            still.bytes.resize(upload.total_bytes);
        }
    }

    void on_upload_fragment(const sf_cache_fragment &fragment)
    {
        auto upload = uploads_.find(fragment.upload);
        if (upload != uploads_.end()) {
            upload->second.fill(fragment.offset, fragment.bytes, fragment.bytes_count);
        }
    }

    void on_upload_ended(const sf_cache_upload_end &end)
    {
        auto upload = uploads_.extract(end.upload);
        if (upload && end.end == SF_CACHE_END_COMPLETE) {
            put(upload.mapped());
        }
    }

    void on_request(const sf_cache_request &request)
    {
        Still &wanted = requests_[request.request];
        wanted.key = {request.tenant, request.camera};
        wanted.session = request.session_renewal;
        if (request.token != 0) {
            host_.identity(request.token, request.request);
        } else {
            look_up(request.request);
        }
    }

    void on_identity(const sf_cache_identity &identity)
    {
        if (requests_.count(identity.cookie) == 0) {
            return;
        }
        if (identity.status == SF_CACHE_IDENTITY_KNOWN) {
            look_up(identity.cookie);
        } else {
            host_.unavailable(identity.cookie);
            requests_.erase(identity.cookie);
        }
    }

    void on_store_reply(const sf_cache_store_reply &reply)
    {
        auto wanted = requests_.find(reply.cookie); // 0: of a put
        if (wanted == requests_.end()) {
            return;
        }
        if (reply.status == SF_CACHE_STORE_FOUND) {
            deliver(reply.cookie, {reinterpret_cast<const char *>(reply.bytes), reply.bytes_count},
                    0);
        } else {
            wanted->second.fetch =
                strayframe::Fetch(host_, wanted->second.key.second, reply.cookie);
        }
    }

    void on_request_cancelled(uint64_t request)
    {
        requests_.erase(request);
    }

    void on_fetch_part(const sf_cache_fetch_part &part)
    {
        auto wanted = requests_.find(part.cookie);
        if (wanted != requests_.end()) {
            wanted->second.bytes.resize(part.total_bytes);
            wanted->second.capture = part.capture;
            wanted->second.fill(part.offset, part.bytes, part.bytes_count);
        }
    }

    void on_fetch_ended(const sf_cache_fetch_end &end)
    {
        auto wanted = requests_.find(end.cookie);
        if (wanted == requests_.end()) {
            return;
        }
        wanted->second.fetch.release();
        if (end.end == SF_CACHE_END_COMPLETE) {
            put(wanted->second);
            deliver(end.cookie, wanted->second.bytes, 0);
        } else {
            host_.unavailable(end.cookie);
            requests_.erase(wanted);
        }
    }

    void on_timer(uint64_t, uint64_t)
    {
        const size_t before = stored_.size();
        for (auto still = stored_.begin(); still != stored_.end();) {
            const bool old = host_.now_ns() - still->second.stored_ns > fresh_ns_;
            still = old ? stored_.erase(still) : std::next(still);
        }
        host_.log("swept " + std::to_string(before - stored_.size()));
        sweep_.release();
        sweep_ = strayframe::Timer(host_, sweep_ns, 0);
    }

    void on_invalidate(const sf_cache_invalidation &invalidation)
    {
        for (auto still = stored_.begin(); still != stored_.end();) {
            const bool meant =
                still->first.first == invalidation.tenant &&
                (invalidation.camera == 0 || still->first.second == invalidation.camera);
            if (meant) {
                store_.put(text_of(still->first), {}, 0, 0);
            }
            still = meant ? stored_.erase(still) : std::next(still);
        }
    }

    std::string export_state() const
    {
        std::string state;
        for (const auto &[key, still] : stored_) {
            add(state, key.first);
            add(state, key.second);
            add(state, still.capture);
            add(state, still.stored_ns);
            add(state, static_cast<uint32_t>(still.bytes.size()));
            state += still.bytes;
        }
        return state;
    }

    void import_state(std::string_view from_name, std::string_view, std::string_view state)
    {
        while (from_name == "thorough" && !state.empty()) {
            const auto tenant = take<uint64_t>(state);
            const auto camera = take<uint64_t>(state);
            Still &still = stored_[{tenant, camera}];
            still.key = {tenant, camera};
            still.capture = take<uint32_t>(state);
            still.stored_ns = take<int64_t>(state);
            const auto count = take<uint32_t>(state);
            still.bytes = state.substr(0, count);
            state.remove_prefix(count);
        }
    }

    void on_connection_closed(uint64_t)
    {
        host_.log("a connection closed");
    }

    void on_node(const sf_cache_node_event &event)
    {
        host_.log("node " + std::to_string(event.node) +
                  (event.event == SF_CACHE_NODE_LOST ? " lost" : " joined"));
    }

    void on_clock_step(int64_t step_ms)
    {
        host_.log("the clock stepped by " + std::to_string(step_ms) + " ms");
    }

    void on_answer_progress(uint64_t, uint32_t taken_bytes)
    {
        host_.raw()->state(host_.raw()->context, 1, taken_bytes >> 12);
    }

  private:
    const Still *get(const Key &key) const
    {
        auto still = stored_.find(key);
        const bool there =
            still != stored_.end() && host_.now_ns() - still->second.stored_ns <= fresh_ns_;
        return there ? &still->second : nullptr;
    }

    void put(const Still &still)
    {
        const Still *there = get(still.key);
        if (there != nullptr && there->capture > still.capture) {
            return;
        }
        Still &stored = stored_[still.key];
        stored.key = still.key;
        stored.bytes = still.bytes;
        stored.capture = still.capture;
        stored.stored_ns = host_.now_ns();
        host_.raw()->state(host_.raw()->context, 0, static_cast<uint32_t>(stored_.size()));
        store_.put(text_of(still.key), still.bytes, fresh_ns_, 0);
    }

    void deliver(uint64_t request, std::string_view bytes, int64_t age_ns)
    {
        const size_t half = bytes.size() / 2;
        host_.answer_properties(request, age_ns > stale_ns ? SF_CACHE_ANSWER_STALE : 0, 0,
                                requests_.at(request).session);
        host_.answer_begin(request, strayframe::Host::count(bytes));
        host_.answer_part(request, bytes.substr(0, half));
        host_.answer_part(request, bytes.substr(half));
        host_.answer_end(request);
        requests_.erase(request);
    }

    void look_up(uint64_t request)
    {
        const Key key = requests_.at(request).key;
        if (const Still *still = get(key)) {
            deliver(request, still->bytes, host_.now_ns() - still->stored_ns);
        } else {
            store_.get(text_of(key), request);
        }
    }

    strayframe::Host &host_;
    int64_t fresh_ns_ = 15 * second_ns;
    strayframe::Connection store_;
    strayframe::Timer sweep_;
    std::map<Key, Still> stored_;
    std::map<uint64_t, Still> uploads_;
    std::map<uint64_t, Still> requests_;
};

} // namespace

STRAYFRAME_CACHE(Thorough, "thorough", "1", nullptr, nullptr)
