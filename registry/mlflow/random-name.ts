import { randomInt } from 'node:crypto';

const adjectives =
  'able,bold,brisk,calm,clear,deft,early,even,fair,fleet,glad,grand,keen,kind,late,lucid,mild,neat,plain,proud,quick,quiet,rapid,sharp,sober,steady,still,swift,tidy,warm,wise,young';
const nouns =
  'anvil,basin,beam,canyon,cedar,cobalt,copper,crane,delta,ember,ferry,flint,forge,granite,harbor,hopper,iron,kiln,lantern,lathe,marble,mast,mill,nickel,piston,quarry,rotor,shaft,slag,turbine,valve,wharf';
const pick = (list: string): string => {
  const words = list.split(',');
  return words[randomInt(words.length)];
};

/** A name for a run that was given none, as MLflow's server makes one: `steady-kiln-417`. */
export const randomName = (): string => `${pick(adjectives)}-${pick(nouns)}-${randomInt(1000)}`;
