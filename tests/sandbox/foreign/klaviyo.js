// Klaviyo's own Node SDK on the sandbox at SANDBOX_URL: prints what it was answered, as JSON.
const { ApiKeySession, ListsApi, ProfilesApi, SegmentsApi } = require("klaviyo-api");

const session = new ApiKeySession(process.env.SANDBOX_KEY);
const [lists, segments, profiles] = [new ListsApi(session), new SegmentsApi(session), new ProfilesApi(session)];
for (const api of [lists, segments, profiles]) api.basePath = process.env.SANDBOX_URL;

const status = (call) => call.then((found) => found.response.status, (error) => error.response.status);
const emails = (found) => found.body.data.map((profile) => profile.attributes.email).sort();

async function onLists() {
  const made = (await lists.createList({ data: { type: "list", attributes: { name: "Node" } } })).body.data;
  const everybody = (await profiles.getProfiles()).body.data;
  await lists.addProfilesToList(made.id, { data: everybody.map((profile) => ({ type: "profile", id: profile.id })) });
  const members = emails(await lists.getProfilesForList(made.id));
  await lists.deleteList(made.id);
  return { name: made.attributes.name, members, gone: await status(lists.getList(made.id)) };
}

async function onSegments() {
  const germany = { type: "string", operator: "equals", value: "DE" };
  const country = { type: "profile-property", property: "properties['Country']", filter: germany };
  const definition = { conditionGroups: [{ conditions: [country] }] };
  const made = (await segments.createSegment({ data: { type: "segment", attributes: { name: "Germany", definition } } })).body.data;
  const shown = (await segments.getSegment(made.id, { additionalFieldsSegment: ["profile_count"] })).body.data;
  const members = emails(await segments.getProfilesForSegment(made.id));
  await segments.deleteSegment(made.id);
  return { name: shown.attributes.name, count: shown.attributes.profileCount, members, gone: await status(segments.getSegment(made.id)) };
}

(async () => console.log(JSON.stringify({ list: await onLists(), segment: await onSegments() })))().catch((error) => {
  console.error(error.response ? JSON.stringify(error.response.data) : error);
  process.exit(1);
});
