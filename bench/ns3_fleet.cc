// The fleet in ns-3, for comparison: a node a home (its camera and its hub) and a cloud node for it, a point-to-point
// link of 2 Mbit/s and 300 ms between them, 10 % of packets lost, stills of 9 packets; the application acknowledges and
// sends again as strayframe does (harness/net/transfer.h). No cache and no content.
//
//     ns3_fleet HOMES SECONDS ip|raw [--once]
//
// ip: UDP sockets over the Internet stack, as the helpers set it up. raw: straight through the devices, with the heap
// scheduler, which is the fastest that ns-3 does. --once: nothing is acknowledged and nothing sent again.
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <unordered_map>
#include <vector>

#include "bench/usage.h"

using namespace ns3;

namespace {

constexpr uint32_t kPackets = 9;
constexpr uint32_t kPacketBytes = 1400;
constexpr uint32_t kStillBytes = 12288;
constexpr uint32_t kRequestBytes = 64;
constexpr uint32_t kAckBytes = 16;
constexpr uint32_t kResendsMax = 4;
constexpr uint16_t kPort = 4000;
constexpr uint16_t kProtocol = 0x0800; // one of the two that a point-to-point device carries

uint64_t packets_count;
uint64_t shown_count;
bool once;

enum Kind : uint8_t { kUpload, kRequest, kAnswer };

// What a packet says of itself.
struct Label {
    uint32_t message;
    Kind kind;
    uint8_t fragment;
    bool ack;
    uint8_t reserved;
};

Ptr<Packet> MakePacket(Label label, uint32_t bytes)
{
    Ptr<Packet> packet = Create<Packet>(reinterpret_cast<const uint8_t *>(&label), sizeof label);
    packet->AddPaddingAtEnd(bytes - sizeof label); // zeros that take no memory
    return packet;
}

Label LabelOf(Ptr<const Packet> packet)
{
    Label label;
    packet->CopyData(reinterpret_cast<uint8_t *>(&label), sizeof label);
    return label;
}

uint32_t FragmentBytes(Kind kind, uint32_t fragment)
{
    if (kind == kRequest) {
        return kRequestBytes;
    }
    return fragment < kPackets - 1 ? kPacketBytes : kStillBytes - (kPackets - 1) * kPacketBytes;
}

// A still or a request on its way; both ends look at it. With --once it is forgotten eight messages later.
struct Message {
    Kind kind;
    uint32_t packets;
    uint32_t arrived = 0;
    uint32_t acked = 0;
    uint32_t resends = 0;
    bool sender_done = false;

    uint32_t All() const { return (1u << packets) - 1; }
};

struct Home {
    std::function<void(Ptr<Packet>)> send_up;
    std::function<void(Ptr<Packet>)> send_down;
    std::unordered_map<uint32_t, Message> messages;
    uint32_t messages_count = 0;
    bool cached = false;

    void CameraTick()
    {
        Send(kUpload);
        Simulator::Schedule(Seconds(5), &Home::CameraTick, this);
    }

    void HubTick()
    {
        Send(kRequest);
        Simulator::Schedule(Seconds(10), &Home::HubTick, this);
    }

    void Send(Kind kind)
    {
        uint32_t number = ++messages_count;
        Message &message = messages[number] = Message{kind, kind == kRequest ? 1 : kPackets};
        SendUnacknowledged(number, message);
        if (!once) {
            Simulator::Schedule(MilliSeconds(700), &Home::LookAgain, this, number);
        } else {
            messages.erase(number - 8);
        }
    }

    void SendPacket(bool up, Label label, uint32_t bytes)
    {
        packets_count++;
        (up ? send_up : send_down)(MakePacket(label, bytes));
    }

    void SendUnacknowledged(uint32_t number, Message &message)
    {
        for (uint8_t i = 0; i < message.packets; i++) {
            if ((message.acked >> i & 1) == 0) {
                SendPacket(message.kind != kAnswer, {number, message.kind, i, false, 0},
                           FragmentBytes(message.kind, i));
            }
        }
    }

    // After a silence.
    void LookAgain(uint32_t number)
    {
        auto found = messages.find(number);
        Message &message = found->second;
        if (message.sender_done || message.resends == kResendsMax) {
            messages.erase(found); // a packet of it that is under way still finds nothing
            return;
        }
        message.resends++;
        SendUnacknowledged(number, message);
        Simulator::Schedule(MilliSeconds(700), &Home::LookAgain, this, number);
    }

    void Arrive(Ptr<const Packet> packet)
    {
        Label label = LabelOf(packet);
        auto found = messages.find(label.message);
        if (found == messages.end()) {
            return;
        }
        Message &message = found->second;
        if (label.ack) {
            Acknowledged(label.message, message);
        } else {
            FragmentArrived(label, message);
        }
    }

    void Acknowledged(uint32_t number, Message &message)
    {
        message.acked = message.arrived;
        message.sender_done = message.acked == message.All();
        if (!message.sender_done) {
            SendUnacknowledged(number, message);
        }
    }

    void FragmentArrived(Label label, Message &message)
    {
        bool again = (message.arrived >> label.fragment & 1) != 0;
        message.arrived |= 1u << label.fragment;
        bool last = !again && message.arrived == message.All();
        if (!once && (again || last || label.fragment == message.packets - 1)) {
            SendPacket(message.kind == kAnswer, {label.message, label.kind, label.fragment, true, 0},
                       kAckBytes);
        }
        if (last) {
            WholeArrived(message.kind);
        }
    }

    void WholeArrived(Kind kind)
    {
        if (kind == kUpload) {
            cached = true;
        } else if (kind == kAnswer) {
            shown_count++;
        } else if (cached) {
            Send(kAnswer);
        }
    }
};

using Receive = std::function<void(Ptr<const Packet>)>;

NetDeviceContainer Connect(Ptr<Node> a, Ptr<Node> b)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("2Mbps"));
    link.SetChannelAttribute("Delay", StringValue("300ms"));
    NetDeviceContainer devices = link.Install(a, b);
    for (uint32_t i = 0; i < 2; i++) {
        auto loss = CreateObject<RateErrorModel>();
        loss->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        loss->SetRate(0.1);
        devices.Get(i)->SetAttribute("ReceiveErrorModel", PointerValue(loss));
    }
    return devices;
}

using Send = std::function<void(Ptr<Packet>)>;

Send RawWay(Ptr<NetDevice> from, Ptr<NetDevice> to, Receive receive)
{
    auto *kept = new Receive(std::move(receive)); // as long as the process
    to->SetReceiveCallback(Callback<bool, Ptr<NetDevice>, Ptr<const Packet>, uint16_t, const Address &>(
        [kept](Ptr<NetDevice>, Ptr<const Packet> packet, uint16_t, const Address &) {
            (*kept)(packet);
            return true;
        }));
    return [from, to](Ptr<Packet> packet) { from->Send(packet, to->GetAddress(), kProtocol); };
}

void RawHome(Home &home)
{
    auto here = CreateObject<Node>(), cloud = CreateObject<Node>();
    auto link = Connect(here, cloud);
    auto arrive = [&](auto packet) { home.Arrive(packet); };
    home.send_up = RawWay(link.Get(0), link.Get(1), arrive);
    home.send_down = RawWay(link.Get(1), link.Get(0), arrive);
}

Send SocketWay(Ptr<Node> from, Ptr<Node> to, Ipv4Address address, uint16_t port, Receive receive)
{
    auto type = UdpSocketFactory::GetTypeId();
    auto out = Socket::CreateSocket(from, type);
    out->Connect(InetSocketAddress(address, port));
    auto in = Socket::CreateSocket(to, type);
    in->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
    auto *kept = new Receive(std::move(receive));
    in->SetRecvCallback(Callback<void, Ptr<Socket>>([kept](Ptr<Socket> socket) {
        while (Ptr<Packet> packet = socket->Recv()) {
            (*kept)(packet);
        }
    }));
    return [out](Ptr<Packet> packet) { out->Send(packet); };
}

void IpHome(Home &home, InternetStackHelper &stack)
{
    NodeContainer nodes;
    nodes.Create(2);
    auto here = nodes.Get(0), cloud = nodes.Get(1);
    stack.Install(nodes);
    // Each home is a world of its own: all use the same addresses.
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.0.0.0", "255.255.255.0");
    auto link = addresses.Assign(Connect(here, cloud));
    Ipv4AddressGenerator::Reset();
    auto arrive = [&](auto packet) { home.Arrive(packet); };
    home.send_up = SocketWay(here, cloud, link.GetAddress(1), kPort, arrive);
    home.send_down = SocketWay(cloud, here, link.GetAddress(0), kPort + 1, arrive);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 4) {
        std::fprintf(stderr, "Usage: %s HOMES SECONDS ip|raw [--once]\n", argv[0]);
        return 2;
    }
    uint32_t homes_count = std::strtoul(argv[1], nullptr, 10);
    double seconds = std::strtod(argv[2], nullptr);
    bool ip = std::strcmp(argv[3], "ip") == 0;
    once = argc > 4 && std::strcmp(argv[4], "--once") == 0;
    if (!ip) {
        Simulator::SetScheduler(ObjectFactory("ns3::HeapScheduler"));
    }
    std::vector<Home> homes(homes_count);
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    std::mt19937_64 random(1);
    for (Home &home : homes) {
        if (ip) {
            IpHome(home, stack);
        } else {
            RawHome(home);
        }
        Simulator::Schedule(NanoSeconds(random() % 5000000000u), &Home::CameraTick, &home);
        Simulator::Schedule(NanoSeconds(random() % 10000000000u), &Home::HubTick, &home);
    }
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
    usage_print(usage_cpu_s(), static_cast<double>(packets_count), static_cast<double>(shown_count));
    std::fflush(stdout);
    std::_Exit(0); // taking it all down is not what is measured
}
