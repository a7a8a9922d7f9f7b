// The lecture's beginning with AWS's SDK for JavaScript: one line of JSON a step.
import {
  CloudTrailClient, CreateTrailCommand, DescribeTrailsCommand, GetTrailStatusCommand,
  StartLoggingCommand, paginateLookupEvents,
} from "@aws-sdk/client-cloudtrail";
import {
  CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const s3 = new S3Client({ forcePathStyle: true });
const trail = new CloudTrailClient({});
const bucket = "javascript-logs";
const cloudtrail = { Service: "cloudtrail.amazonaws.com" };
const arn = `arn:aws:s3:::${bucket}`;
const policy = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: cloudtrail, Action: "s3:GetBucketAcl", Resource: arn },
    { Effect: "Allow", Principal: cloudtrail, Action: "s3:PutObject", Resource: `${arn}/AWSLogs/*` },
  ],
};

async function step(name, action) {
  try {
    console.log(JSON.stringify([name, await action()]));
  } catch (error) {
    console.log(JSON.stringify([name, `${error.name}: ${error.message}`]));
  }
}

async function names() {
  const found = [];
  for await (const page of paginateLookupEvents({ client: trail, pageSize: 2 }, {})) {
    found.push(...page.Events.map((event) => event.EventName));
  }
  return found;
}

const create = () => trail.send(new CreateTrailCommand({ Name: "javascript", S3BucketName: bucket }));
await step("who", async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn);
await step("bucket", async () => (await s3.send(new CreateBucketCommand({ Bucket: bucket }))).Location);
await step("refused", create);
await step("policy", async () => {
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }));
  return true;
});
await step("trail", async () => (await create()).TrailARN);
await step("start", async () => {
  await trail.send(new StartLoggingCommand({ Name: "javascript" }));
  return (await trail.send(new GetTrailStatusCommand({ Name: "javascript" }))).IsLogging;
});
await step("object", async () => {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "a key/ü", Body: "hello" }));
  const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "a key/ü" }));
  return answer.Body.transformToString();
});
await step("trails", async () =>
  (await trail.send(new DescribeTrailsCommand({}))).trailList.map((each) => each.HomeRegion));
await step("events", names);
