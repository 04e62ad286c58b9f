/** Numbers of the header tags this reader knows (rpm's `rpmtag.h`). */

/** Tags of the main header. */
export const tags = {
	headerImage: 61,
	headerSignatures: 62,
	headerImmutable: 63,
	headerI18nTable: 100,
	name: 1000,
	version: 1001,
	release: 1002,
	epoch: 1003,
	summary: 1004,
	description: 1005,
	buildTime: 1006,
	buildHost: 1007,
	vendor: 1011,
	license: 1014,
	packager: 1015,
	group: 1016,
	url: 1020,
	os: 1021,
	arch: 1022,
	oldFileNames: 1027,
	fileSizes: 1028,
	fileModes: 1030,
	fileRdevs: 1033,
	fileMtimes: 1034,
	fileDigests: 1035,
	fileLinkTos: 1036,
	fileFlags: 1037,
	fileUserName: 1039,
	fileGroupName: 1040,
	sourceRpm: 1044,
	fileVerifyFlags: 1045,
	archiveSize: 1046,
	rpmVersion: 1064,
	triggerScripts: 1065,
	triggerName: 1066,
	triggerVersion: 1067,
	triggerFlags: 1068,
	triggerIndex: 1069,
	triggerScriptProg: 1092,
	fileDevices: 1095,
	fileInodes: 1096,
	fileLangs: 1097,
	sourcePackage: 1106,
	dirIndexes: 1116,
	baseNames: 1117,
	dirNames: 1118,
	payloadFormat: 1124,
	payloadCompressor: 1125,
	fileColors: 1140,
	longFileSizes: 5008,
	fileCaps: 5010,
	fileDigestAlgo: 5011,
	fileTriggerScripts: 5066,
	fileTriggerScriptProg: 5067,
	fileTriggerName: 5069,
	fileTriggerIndex: 5070,
	fileTriggerVersion: 5071,
	fileTriggerFlags: 5072,
	transFileTriggerScripts: 5076,
	transFileTriggerScriptProg: 5077,
	transFileTriggerName: 5079,
	transFileTriggerIndex: 5080,
	transFileTriggerVersion: 5081,
	transFileTriggerFlags: 5082,
	payloadDigest: 5092,
	payloadDigestAlgo: 5093,
	payloadDigestAlt: 5097,
	rpmFormat: 5114,
} as const;

/** Tags of the signature header; some numbers mean something else in the main one. */
export const signatureTags = {
	sha1: 269,
	sha256: 273,
	sha3_256: 279,
	md5: 1004,
} as const;

/** The parallel arrays of one kind of dependency. */
export const dependencyTags = {
	requires: {name: 1049, flags: 1048, version: 1050},
	provides: {name: 1047, flags: 1112, version: 1113},
	conflicts: {name: 1054, flags: 1053, version: 1055},
	obsoletes: {name: 1090, flags: 1114, version: 1115},
	recommends: {name: 5046, flags: 5048, version: 5047},
	suggests: {name: 5049, flags: 5051, version: 5050},
	supplements: {name: 5052, flags: 5054, version: 5053},
	enhances: {name: 5055, flags: 5057, version: 5056},
	order: {name: 5035, flags: 5037, version: 5036},
} as const;

/** Where the text of each scriptlet is and the program that would run it. */
export const scriptletTags = {
	pretrans: {script: 1151, program: 1153},
	pre: {script: 1023, program: 1085},
	post: {script: 1024, program: 1086},
	preun: {script: 1025, program: 1087},
	postun: {script: 1026, program: 1088},
	posttrans: {script: 1152, program: 1154},
	preuntrans: {script: 5103, program: 5105},
	postuntrans: {script: 5104, program: 5106},
	verify: {script: 1079, program: 1091},
} as const;

export function tagName(tag: number): string {
	const known = Object.entries(tags).find(([, value]) => value === tag);
	return known === undefined ? `tag ${tag}` : `tag ${tag} (${known[0]})`;
}
