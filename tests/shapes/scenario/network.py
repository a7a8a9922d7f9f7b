"""Networks: subnets, routes, gateways, security groups."""

from __future__ import annotations

from tests.shapes.scenario.people import ONE_TAG, Person, tagged


def work(me: Person) -> None:
    client = me("ec2")
    vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    gateway = client.create_internet_gateway(TagSpecifications=tagged("internet-gateway"))
    internet = {"InternetGatewayId": gateway["InternetGateway"]["InternetGatewayId"]}
    client.attach_internet_gateway(VpcId=vpc, **internet)
    made = client.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table"))
    table = made["RouteTable"]["RouteTableId"]
    association = client.associate_route_table(RouteTableId=table, SubnetId=subnet)
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    client.create_route(GatewayId=internet["InternetGatewayId"], **route)
    client.delete_route(**route)
    _nat(me, subnet)
    client.disassociate_route_table(AssociationId=association["AssociationId"])
    _flow_logs(me, vpc)
    _security_groups(me, vpc)
    _mirrors(me, subnet)
    acl = client.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    client.create_network_acl_entry(
        NetworkAclId=acl,
        RuleNumber=100,
        Protocol="6",
        RuleAction="allow",
        Egress=False,
        CidrBlock="0.0.0.0/0",
        PortRange={"From": 22, "To": 22},
    )
    client.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
    client.delete_network_acl(NetworkAclId=acl)
    client.delete_network_acl(NetworkAclId="acl-nonsense")
    client.describe_vpn_gateways()
    client.describe_vpc_classic_link_dns_support(VpcIds=[vpc])
    client.detach_internet_gateway(VpcId=vpc, **internet)
    client.delete_internet_gateway(**internet)
    client.delete_route_table(RouteTableId=table)
    client.delete_subnet(SubnetId=subnet)


def _nat(me: Person, subnet: str) -> None:
    client = me("ec2")
    address = client.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))
    nat = client.create_nat_gateway(
        SubnetId=subnet,
        AllocationId=address["AllocationId"],
        ConnectivityType="public",
        TagSpecifications=tagged("natgateway"),
    )["NatGateway"]["NatGatewayId"]
    client.describe_nat_gateways(NatGatewayIds=[nat])
    client.delete_nat_gateway(NatGatewayId=nat)
    client.describe_addresses_attribute(Attribute="domain-name", MaxResults=100)
    client.release_address(AllocationId=address["AllocationId"], NetworkBorderGroup="us-east-1")


def _flow_logs(me: Person, vpc: str) -> None:
    client = me("ec2")
    me("s3").create_bucket(Bucket="bucket-of-flows")
    client.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::bucket-of-flows",
        MaxAggregationInterval=600,
        TagSpecifications=tagged("vpc-flow-log", ONE_TAG),
    )
    found = client.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc]}])
    client.delete_flow_logs(FlowLogIds=[found["FlowLogs"][0]["FlowLogId"]])


def _security_groups(me: Person, vpc: str) -> None:
    client = me("ec2")
    group = client.create_security_group(GroupName="hana", Description="hana", VpcId=vpc)
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 30015,
        "ToPort": 30015,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
    }
    client.authorize_security_group_egress(GroupId=group["GroupId"], IpPermissions=[rule])
    flat = {"GroupId": group["GroupId"], "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    client.authorize_security_group_ingress(CidrIp="0.0.0.0/0", **flat)
    client.revoke_security_group_ingress(CidrIp="0.0.0.0/0", **flat)


def _mirrors(me: Person, subnet: str) -> None:
    client = me("ec2")
    interfaces = [client.create_network_interface(SubnetId=subnet) for _ in range(2)]
    ids = [made["NetworkInterface"]["NetworkInterfaceId"] for made in interfaces]
    target = client.create_traffic_mirror_target(NetworkInterfaceId=ids[0], Description="probe")
    rules = client.create_traffic_mirror_filter(Description="all")
    session = client.create_traffic_mirror_session(
        NetworkInterfaceId=ids[1],
        TrafficMirrorTargetId=target["TrafficMirrorTarget"]["TrafficMirrorTargetId"],
        TrafficMirrorFilterId=rules["TrafficMirrorFilter"]["TrafficMirrorFilterId"],
        SessionNumber=1,
    )["TrafficMirrorSession"]
    client.modify_traffic_mirror_session(
        TrafficMirrorSessionId=session["TrafficMirrorSessionId"],
        TrafficMirrorTargetId=session["TrafficMirrorTargetId"],
        TrafficMirrorFilterId=session["TrafficMirrorFilterId"],
        SessionNumber=2,
        VirtualNetworkId=7,
        RemoveFields=["description", "packet-length"],
    )
    for made in ids:
        client.delete_network_interface(NetworkInterfaceId=made)
