"""Names: when two ways of writing one are the same name."""

import unicodedata

# Traditional characters that are common in names of people, companies and places, each
# with its simplified form.
_PAIRS = (
    # Surnames
    "陳陈張张劉刘楊杨趙赵黃黄吳吴孫孙馬马鄭郑謝谢許许鄧邓馮冯蕭萧葉叶蘇苏盧卢蔣蒋賈贾鍾钟譚谭陸陆範范"
    "韋韦龍龙萬万錢钱湯汤喬乔賀贺賴赖龔龚顏颜聶聂龐庞儲储鄒邹閻阎嚴严鄔邬駱骆齊齐莊庄關关羅罗呂吕欒栾"
    "藍蓝蘭兰紀纪魯鲁樊樊穆穆紅红單单項项祝祝應应竇窦婁娄車车歐欧陽阳東东閔闵華华葛葛費费廖廖劉刘"
    "閆闫溫温畢毕寧宁衛卫韓韩簡简倪倪鄺邝練练麥麦連连鐵铁樂乐諸诸聞闻時时買买賽赛"
    # Given names
    "偉伟麗丽軍军傑杰濤涛強强國国鳳凤鵬鹏飛飞雲云寶宝貴贵榮荣興兴慶庆學学雙双銀银豐丰艷艳豔艳燁烨"
    "嬌娇婭娅嫻娴嬋婵瑩莹螢萤瓊琼瑪玛璽玺環环珮佩蓮莲薔蔷蘊蕴藝艺觀观愛爱憲宪恆恒慧慧懷怀"
    "曉晓暉晖曄晔書书會会楓枫樹树權权棟栋樺桦楨桢橋桥歡欢澤泽潔洁漢汉濱滨瀾澜灝灏潤润淵渊滿满"
    "煥焕燦灿煒炜熾炽爾尔瑋玮琺珐畫画發发皚皑盡尽禮礼禎祯穎颖積积競竞筆笔節节純纯經经綺绮綱纲維维"
    "緯纬縱纵績绩繼继續续義义聖圣聰聪聲声職职膽胆臨临興兴舉举藹蔼蕓芸蓋盖處处號号補补裝装覺觉"
    "訓训詩诗詠咏誠诚語语諾诺謙谦識识讓让賢贤賓宾資资贊赞賦赋躍跃軒轩輝辉達达遠远適适遷迁選选"
    "郵邮鄉乡醫医銘铭銳锐錦锦鋒锋鋼钢鍵键鎮镇鏡镜鑫鑫鑒鉴長长門门開开間间閣阁閱阅隊队階阶際际隨随"
    "難难電电霖霖靈灵靜静韻韵響响頂顶順顺頌颂預预領领頡颉頤颐頻频願愿顧顾顯显風风颯飒養养館馆"
    "駿骏騰腾驍骁驕骄驗验鬆松魚鱼鮮鲜鴻鸿鵑鹃鶴鹤鷹鹰麟麟齡龄龜龟啟启啓启嘯啸圖图團团園园圓圆"
    "壯壮壽寿夢梦奮奋婦妇孌娈寬宽審审寫写將将專专尋寻對对導导層层島岛峰峰崢峥嶺岭嶽岳幫帮"
    "幹干廣广廠厂張张彥彦後后徑径從从復复徵征德德憐怜憶忆懇恳戰战戲戏擇择據据揚扬換换損损搖摇"
    "撫抚攝摄敵敌數数斷断於于晝昼晉晋條条極极構构標标樣样機机檔档歲岁歷历歸归殘残毀毁氣气決决"
    "沖冲況况泓泓淨净湧涌漸渐瀟潇無无狀状獎奖獨独瑤瑶甦苏畝亩當当療疗皓皓監监盤盘眾众禦御離离"
    # Companies and places
    "業业貿贸術术實实運运輸输銷销務务灣湾設设備备產产網网絡络屬属品品質质貨货費费購购賃赁"
    "動动勞劳勝胜匯汇協协縣县區区廈厦島岛鎮镇鄉乡貸贷農农軟软體体頭头證证券券儀仪價价優优"
    "億亿傳传債债傢家兩两冊册創创劃划劑剂勁劲勵励勳勋勢势匯汇參参員员問问啟启單单嚴严圍围"
    "報报場场塊块塵尘壩坝墊垫壓压奧奥孫孙宮宫屆届嶄崭師师帳帐帶带廟庙廳厅彈弹徹彻態态"
    "慣惯總总織织績绩繪绘聯联臺台舊旧艦舰莊庄葯药薦荐藥药蠟蜡製制複复訊讯記记評评詢询話话調调"
    "談谈請请論论謀谋講讲譽誉護护財财販贩責责貼贴賣卖賬账贏赢軌轨軸轴載载輕轻較较輪轮轉转辦办"
    "邊边郟郏鄰邻醬酱釀酿針针鈞钧鈴铃鉑铂鋁铝錄录鍋锅鏈链閉闭陝陕險险雜杂韌韧頁页項项飯饭飲饮"
    "飾饰餅饼駐驻駕驾騎骑驅驱鹽盐麵面點点齒齿"
)
_SIMPLIFIED = {
    traditional: simplified
    for traditional, simplified in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
    if traditional != simplified
}
# Spaces, and the dots in names of other peoples, which nobody types the same way.
_DROPPED = " \u3000·•・‧．.。,，'’`-－_()（）"
_TABLE = str.maketrans("".join(_SIMPLIFIED), "".join(_SIMPLIFIED.values()), _DROPPED)
_ODD = frozenset(_SIMPLIFIED) | frozenset(_DROPPED)


def key(name: str) -> str:
    """What two ways of writing one name have in common; not to be shown."""
    if not unicodedata.is_normalized("NFKC", name):
        name = unicodedata.normalize("NFKC", name)
    name = name.lower()
    return name if _ODD.isdisjoint(name) else name.translate(_TABLE)


def key_sql(name: str) -> str:
    """The same as `key`, as SQL over the column or expression `name`."""
    told_apart = "".join(_SIMPLIFIED) + _DROPPED.replace("'", "''")
    simplified = "".join(_SIMPLIFIED.values())
    return f"translate(lower(normalize({name}, NFKC)), '{told_apart}', '{simplified}')"


def same_sql(one: str, other: str) -> str:
    """Whether two names are one. Most are written alike, which is quickly seen."""
    return f"({one} = {other} OR {key_sql(one)} = {key_sql(other)})"
