/** A setting of the host: `value` is JSON. */
export interface HordeSettingTable {
  name: string;
  value: string;
}

export interface HordeHostTables {
  horde_settings: HordeSettingTable;
}
