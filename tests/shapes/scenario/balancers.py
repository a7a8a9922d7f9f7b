"""Load balancers and what scales behind them."""

from __future__ import annotations

from tests.shapes.scenario.people import Person


def work(me: Person) -> None:
    _classic(me)
    _current(me)
    scaling = me("autoscaling")
    scaling.describe_auto_scaling_groups()
    scaling.create_launch_configuration(
        LaunchConfigurationName="l", ImageId="ami-12c6146b", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        LaunchConfigurationName="l",
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
    )
    scaling.put_scaling_policy(
        AutoScalingGroupName="g",
        PolicyName="p",
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
        Cooldown=60,
    )
    scaling.describe_policies(AutoScalingGroupName="g", PolicyNames=["p"])


def _classic(me: Person) -> None:
    client = me("elb")
    client.create_load_balancer(
        LoadBalancerName="old",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["us-east-1a"],
    )
    client.create_load_balancer_policy(
        LoadBalancerName="old",
        PolicyName="sticky",
        PolicyTypeName="AppCookieStickinessPolicyType",
        PolicyAttributes=[{"AttributeName": "CookieName", "AttributeValue": "c"}],
    )
    client.describe_load_balancer_policies(LoadBalancerName="old")
    client.describe_instance_health(LoadBalancerName="old")
    client.describe_load_balancers(PageSize=400)


def _current(me: Person) -> None:
    ec2, client = me("ec2"), me("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.2.{n}.0/24", AvailabilityZone=zone)
        for n, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)
    balancer = client.create_load_balancer(
        Name="web",
        Subnets=[subnet["Subnet"]["SubnetId"] for subnet in subnets],
        SecurityGroups=[group["GroupId"]],
        Scheme="internet-facing",
    )["LoadBalancers"][0]["LoadBalancerArn"]
    client.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    client.describe_load_balancers(PageSize=400)
    client.describe_target_groups(PageSize=400)
    me("wafv2").disassociate_web_acl(ResourceArn=balancer)
