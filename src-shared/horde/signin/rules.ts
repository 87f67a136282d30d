import type { MappableRole, SignInProviderInput } from './schema.ts';

/** What a provider says of a person, from a checked ID token and the user info that belongs to it. */
export type Claims = Readonly<Record<string, unknown>>;

/** What of a provider's settings decides about a person. */
export type ClaimRules = Pick<SignInProviderInput, 'subject_claim' | 'groups_claim' | 'allow' | 'role_map'>;

/** The person's lasting name at the provider; nothing where the claim is missing or no name. */
export function subjectOf(rules: Pick<ClaimRules, 'subject_claim'>, claims: Claims): string | undefined {
  const subject = claims[rules.subject_claim];
  if (typeof subject === 'number' && Number.isSafeInteger(subject)) return String(subject);
  return typeof subject === 'string' && subject !== '' ? subject : undefined;
}

/** Whether a person is let in (`accounts-and-safety.md` OID-01): by any rule, or where there is none. */
export function isAllowed(rules: ClaimRules, claims: Claims): boolean {
  const { email_domains: domains, groups, subjects } = rules.allow;
  if (domains.length + groups.length + subjects.length === 0) return true;
  const subject = subjectOf(rules, claims);
  if (subject !== undefined && subjects.includes(subject)) return true;
  const domain = verifiedDomainOf(claims);
  if (domain !== undefined && domains.some((listed) => listed.toLowerCase() === domain)) return true;
  return groupsOf(rules, claims).some((group) => groups.includes(group));
}

/** The roles that a person's groups give. */
export function rolesOf(rules: ClaimRules, claims: Claims): MappableRole[] {
  const groups = new Set(groupsOf(rules, claims));
  const roles = rules.role_map.filter(({ group }) => groups.has(group)).map(({ role }) => role);
  return [...new Set(roles)];
}

/** The claims that the rules read, which some providers tell only when they are asked once more. */
export function claimsNeeded(rules: ClaimRules): string[] {
  const needed = [rules.subject_claim];
  if (rules.allow.email_domains.length > 0) needed.push('email', 'email_verified');
  if (rules.allow.groups.length + rules.role_map.length > 0) needed.push(rules.groups_claim);
  return needed;
}

/** Joins the claims of an ID token with the user info; an address and its mark come from the same one. */
export function joinClaims(token: Claims, userInfo: Claims): Claims {
  const source = 'email' in token ? token : userInfo;
  const address = { email: source['email'], email_verified: source['email_verified'] };
  return { ...userInfo, ...token, ...address };
}

/** The mark has to be the value `true`: some providers send texts, of which `"false"` is one. */
function verifiedDomainOf(claims: Claims): string | undefined {
  const { email, email_verified: isVerified } = claims;
  if (typeof email !== 'string' || isVerified !== true) return undefined;
  const at = email.lastIndexOf('@');
  return at > 0 ? email.slice(at + 1).toLowerCase() : undefined;
}

function groupsOf(rules: Pick<ClaimRules, 'groups_claim'>, claims: Claims): string[] {
  const groups = claims[rules.groups_claim];
  if (typeof groups === 'string') return [groups];
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
}
