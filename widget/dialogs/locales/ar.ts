import type {DialogTexts} from './en.js';

const ar: DialogTexts = {
  confirmTitle: 'البدء من جديد؟',
  confirmDiscard: 'ستُحذف إجاباتك والملفات المرفوعة.',
  confirmForget: 'سينسى هذا الجهاز المحادثة. ما سلّمته يبقى لدينا؛ احتفظ برقمك المرجعي.',

  myData: 'بياناتي',
  loading: 'لحظة من فضلك…',
  onlyHere: 'يبقى اسمك على هذا الجهاز حتى تسلّم طلبك.',
  away: 'تعذّر الوصول إلى نظامنا. حاول مرة أخرى بعد قليل.',
  change: 'تغيير',
  save: 'حفظ',
  personal_data: 'حفظ بياناتك',
  ai_training: 'تدريب الذكاء الاصطناعي بملفاتك',
  ai_answers: 'قراءة الذكاء الاصطناعي لملفاتك',
  withdraw: 'سحب الموافقة',
  downloadFile: 'تنزيل {name}',
  downloadAll: 'تنزيل كل شيء (ZIP)',
  erase: 'محو كل شيء',
  eraseConsequence: 'سيُمحى اسمك وعنوانك وملفاتك هنا ولدينا، وينتهي طلبك بلا رجعة.',
  erased: 'مُحي كل شيء عنك. شكرًا لزيارتك. أهلًا بك في أي وقت.',
  print: 'طباعة',
  language: 'اللغة',
  textSize: 'حجم النص',
  sound: 'صوت عندما تكتب ماريا',
};

export default ar;
