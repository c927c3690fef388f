// The fleet in ns-3, for comparison: a camera, a cloud and a hub a home, point-to-point links of 2 Mbit/s and 300 ms,
// 10 % of packets lost, stills of 9 packets, no cache and no content.
//
//     ns3_fleet HOMES SECONDS ip|raw
//
// ip: UDP sockets over the Internet stack, as the helpers set it up. raw: straight through the devices, with the heap
// scheduler, which is the fastest that ns-3 does.
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "bench/usage.h"

using namespace ns3;

namespace {

constexpr uint32_t kPackets = 9;
constexpr uint32_t kPacketBytes = 1400;
constexpr uint32_t kStillBytes = 12288;
constexpr uint32_t kRequestBytes = 64;
constexpr uint16_t kPort = 4000;
constexpr uint16_t kProtocol = 0x0800; // one of the two that a point-to-point device carries

uint64_t packets_count;
uint64_t shown_count;

struct Label {
    uint32_t message;
    uint32_t fragment;
};

Ptr<Packet> MakePacket(Label label, uint32_t bytes)
{
    Ptr<Packet> packet = Create<Packet>(reinterpret_cast<const uint8_t *>(&label), sizeof label);
    packet->AddPaddingAtEnd(bytes - sizeof label); // zeros that take no memory
    return packet;
}

// One direction of a link, however it is made.
struct Way {
    std::function<void(Ptr<Packet>)> send;
    uint32_t message = 0;
    uint32_t arrived_message = 0;
    uint32_t arrived = 0;

    void Send(Ptr<Packet> packet)
    {
        packets_count++;
        send(packet);
    }

    void SendStill()
    {
        message++;
        for (uint32_t i = 0; i < kPackets; i++) {
            uint32_t last_bytes = kStillBytes - (kPackets - 1) * kPacketBytes;
            Send(MakePacket({message, i}, i < kPackets - 1 ? kPacketBytes : last_bytes));
        }
    }

    bool Arrive(Ptr<const Packet> packet)
    {
        Label label;
        packet->CopyData(reinterpret_cast<uint8_t *>(&label), sizeof label);
        if (label.message != arrived_message) {
            arrived_message = label.message;
            arrived = 0;
        }
        arrived |= 1u << label.fragment;
        return arrived == (1u << kPackets) - 1;
    }
};

struct Home {
    Way camera_to_cloud;
    Way hub_to_cloud;
    Way cloud_to_hub;
    bool cached = false;

    void CameraTick()
    {
        camera_to_cloud.SendStill();
        Simulator::Schedule(Seconds(5), &Home::CameraTick, this);
    }

    void HubTick()
    {
        hub_to_cloud.Send(MakePacket({0, 0}, kRequestBytes));
        Simulator::Schedule(Seconds(10), &Home::HubTick, this);
    }

    void AtCloud(Ptr<const Packet> packet) { cached |= camera_to_cloud.Arrive(packet); }

    void RequestAtCloud(Ptr<const Packet>)
    {
        if (cached) {
            cloud_to_hub.SendStill();
        }
    }

    void AtHub(Ptr<const Packet> packet) { shown_count += cloud_to_hub.Arrive(packet); }
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

void RawWay(Ptr<NetDevice> from, Ptr<NetDevice> to, Way &way, Receive receive)
{
    way.send = [from, to](Ptr<Packet> packet) { from->Send(packet, to->GetAddress(), kProtocol); };
    auto *kept = new Receive(std::move(receive)); // as long as the process
    to->SetReceiveCallback(Callback<bool, Ptr<NetDevice>, Ptr<const Packet>, uint16_t, const Address &>(
        [kept](Ptr<NetDevice>, Ptr<const Packet> packet, uint16_t, const Address &) {
            (*kept)(packet);
            return true;
        }));
}

void RawHome(Home &home)
{
    auto camera = CreateObject<Node>(), cloud = CreateObject<Node>(), hub = CreateObject<Node>();
    auto up = Connect(camera, cloud);
    auto side = Connect(hub, cloud);
    RawWay(up.Get(0), up.Get(1), home.camera_to_cloud, [&](auto packet) { home.AtCloud(packet); });
    RawWay(side.Get(0), side.Get(1), home.hub_to_cloud,
           [&](auto packet) { home.RequestAtCloud(packet); });
    RawWay(side.Get(1), side.Get(0), home.cloud_to_hub, [&](auto packet) { home.AtHub(packet); });
}

void SocketWay(Ptr<Node> from, Ptr<Node> to, Ipv4Address address, uint16_t port, Way &way,
               Receive receive)
{
    auto type = UdpSocketFactory::GetTypeId();
    auto out = Socket::CreateSocket(from, type);
    out->Connect(InetSocketAddress(address, port));
    way.send = [out](Ptr<Packet> packet) { out->Send(packet); };
    auto in = Socket::CreateSocket(to, type);
    in->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
    auto *kept = new Receive(std::move(receive));
    in->SetRecvCallback(Callback<void, Ptr<Socket>>([kept](Ptr<Socket> socket) {
        while (Ptr<Packet> packet = socket->Recv()) {
            (*kept)(packet);
        }
    }));
}

void IpHome(Home &home, InternetStackHelper &stack)
{
    NodeContainer nodes;
    nodes.Create(3);
    auto camera = nodes.Get(0), cloud = nodes.Get(1), hub = nodes.Get(2);
    stack.Install(nodes);
    // Each home is a world of its own: all use the same addresses.
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.0.0.0", "255.255.255.0");
    auto up = addresses.Assign(Connect(camera, cloud));
    addresses.SetBase("10.0.1.0", "255.255.255.0");
    auto side = addresses.Assign(Connect(hub, cloud));
    Ipv4AddressGenerator::Reset();
    SocketWay(camera, cloud, up.GetAddress(1), kPort, home.camera_to_cloud,
              [&](auto packet) { home.AtCloud(packet); });
    SocketWay(hub, cloud, side.GetAddress(1), kPort + 1, home.hub_to_cloud,
              [&](auto packet) { home.RequestAtCloud(packet); });
    SocketWay(cloud, hub, side.GetAddress(0), kPort + 2, home.cloud_to_hub,
              [&](auto packet) { home.AtHub(packet); });
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "Usage: %s HOMES SECONDS ip|raw\n", argv[0]);
        return 2;
    }
    uint32_t homes_count = std::strtoul(argv[1], nullptr, 10);
    double seconds = std::strtod(argv[2], nullptr);
    bool ip = std::strcmp(argv[3], "ip") == 0;
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
