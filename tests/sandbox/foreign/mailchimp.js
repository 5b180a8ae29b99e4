// Mailchimp's own Node SDK on the sandbox at SANDBOX_URL: prints what it was answered, as JSON.
const client = require("@mailchimp/mailchimp_marketing");

client.setConfig({ apiKey: process.env.SANDBOX_KEY });
client.basePath = `${process.env.SANDBOX_URL}/3.0`;

const status = (call) => call.then(() => 200, (error) => error.status);
const emails = (found) => found.members.map((member) => member.email_address).sort();

async function onSegments(audience) {
  const conditions = [{ condition_type: "TextMerge", field: "COUNTRY", op: "is", value: "DE" }];
  const made = await client.lists.createSegment(audience, { name: "Germany", options: { match: "all", conditions } });
  const shown = await client.lists.getSegment(audience, made.id);
  const members = emails(await client.lists.getSegmentMembersList(audience, made.id));
  await client.lists.deleteSegment(audience, made.id);
  return { name: shown.name, count: shown.member_count, members, gone: await status(client.lists.getSegment(audience, made.id)) };
}

async function onTags(audience) {
  const made = await client.lists.createSegment(audience, { name: "Node", static_segment: ["anna@shop.test"] });
  await client.lists.batchSegmentMembers({ members_to_add: ["ben@shop.test"], members_to_remove: [] }, audience, made.id);
  const members = emails(await client.lists.getSegmentMembersList(audience, made.id));
  await client.lists.deleteSegment(audience, made.id);
  return { name: made.name, members, gone: await status(client.lists.getSegment(audience, made.id)) };
}

async function onFields(audience) {
  const made = await client.lists.addListMergeField(audience, { name: "Tier", type: "text", tag: "TIER" });
  await client.lists.deleteListMergeField(audience, made.merge_id);
  return { tag: made.tag, gone: await status(client.lists.getListMergeField(audience, made.merge_id)) };
}

(async () => {
  const audience = (await client.lists.getAllLists()).lists[0].id;
  console.log(JSON.stringify({ segment: await onSegments(audience), tag: await onTags(audience), field: await onFields(audience) }));
})().catch((error) => {
  console.error(error.response ? error.response.text : error);
  process.exit(1);
});
