/** The published forms, `docs/NAME.schema.json`, and how their schemas are read. */
export const formNames = ['manifest-v1', 'trace-v1', 'host-v1'] as const;
export type FormName = (typeof formNames)[number];

export const formOptions = {strict: true, strictRequired: false, allowUnionTypes: true} as const;
